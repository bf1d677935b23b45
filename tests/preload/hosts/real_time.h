// Calls that keep to real time on the virtual clock, for clock_host.
#pragma once

#include <string_view>

// Makes the call of that name, or each where there is no name. Those that sleep or wait do so for 1 ms, timers are set to go off
// when nobody looks any more. "no-wait" makes calls of the same kind that do not wait. False: no such name.
bool use_real_time(std::string_view name);

// Works without an end from 5 ms after the call, in a thread of its own, until the program ends.
void start_restless_thread();

// Connects to a socket that is named like a sound server's, below the working directory, and keeps it.
bool connect_to_sound_server();
