# The program, the assets that it looks for (see app/platform/assets.h), and what a desktop shows of it.
install(TARGETS framespool RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# What `framespool run` preloads into other programs.
install(TARGETS framespool_preload LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/framespool)

# The program finds its assets by this way from its own place: keep both when changing either.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/assets/scenes ${PROJECT_SOURCE_DIR}/assets/icons
        DESTINATION ${CMAKE_INSTALL_DATADIR}/framespool)

set(framespool_icons ${PROJECT_SOURCE_DIR}/assets/icons)
foreach(size 128 256)
  install(FILES ${framespool_icons}/framespool-${size}.png
          DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/${size}x${size}/apps RENAME framespool.png)
endforeach()
install(FILES ${framespool_icons}/framespool.svg
        DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps)
install(FILES ${PROJECT_SOURCE_DIR}/assets/framespool.desktop
        DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
