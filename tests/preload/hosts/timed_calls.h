// Every call of the C library that waits with a time-out, and every one that tells the time, for clock_host.
#pragma once

// Prints "call NAME NANOSECONDS" for each wait for 50 ms, by CLOCK_MONOTONIC; " failed" behind it where the call says anything
// but that the time is over.
void print_timed_calls();

// Prints "call NAME NANOSECONDS" for each wait without a time-out, for a thread that sleeps for 100 ms before it ends the wait.
void print_endless_calls();

// Prints "clock NAME NANOSECONDS" for each clock: by how much it goes forward while the thread sleeps for 1 s.
void print_clocks();
