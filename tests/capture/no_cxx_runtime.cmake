# Fails when ARCHIVE needs a symbol of the C++ run-time library. Its own functions and those of the sanitizers
# are no such symbols.
execute_process(COMMAND ${NM} --undefined-only --no-demangle ${ARCHIVE}
  OUTPUT_VARIABLE listing RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "nm cannot read ${ARCHIVE}")
endif()
string(REGEX MATCHALL "U [^\n]+" symbols "${listing}")
list(LENGTH symbols count)
if(count LESS 5)
  message(FATAL_ERROR "nm lists only ${count} undefined symbols: this test looks at the wrong thing")
endif()
foreach(entry IN LISTS symbols)
  string(REGEX REPLACE "^U " "" symbol "${entry}")
  if(symbol MATCHES "^(__cxa_|__gxx_|_Unwind_|__dynamic_cast)" OR
     (symbol MATCHES "^_Z" AND NOT symbol MATCHES "^_ZN?K?10framespool"))
    message(SEND_ERROR "${ARCHIVE} needs ${symbol}")
  endif()
endforeach()
