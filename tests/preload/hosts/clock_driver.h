// A library that is linked with clock_host and asks for the time itself.
#pragma once

long long driver_now_ns();
void driver_sleep_ns(long ns);
