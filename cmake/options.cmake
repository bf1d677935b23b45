# Compiler settings shared by every target, as one interface library.
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

# What every file is compiled with, but for the sanitizers.
add_library(framespool_warnings INTERFACE)
target_compile_features(framespool_warnings INTERFACE cxx_std_20)
set_target_properties(framespool_warnings PROPERTIES INTERFACE_POSITION_INDEPENDENT_CODE ON)
target_include_directories(framespool_warnings INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(framespool_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Wcast-align
  $<$<BOOL:${FRAMESPOOL_WERROR}>:-Werror>)
# Files over 2 GiB on every architecture.
target_compile_definitions(framespool_warnings INTERFACE _FILE_OFFSET_BITS=64 _GNU_SOURCE)

add_library(framespool_options INTERFACE)
target_link_libraries(framespool_options INTERFACE framespool_warnings)

if(FRAMESPOOL_SANITIZE)
  target_compile_options(framespool_options INTERFACE
    -fsanitize=${FRAMESPOOL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  target_link_options(framespool_options INTERFACE -fsanitize=${FRAMESPOOL_SANITIZE})
endif()

if(FRAMESPOOL_FUZZ)
  target_compile_options(framespool_options INTERFACE -fsanitize=fuzzer-no-link -O2 -g)
endif()

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
