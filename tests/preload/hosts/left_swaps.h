// Swaps that do not return: every seventh is left from within, with the help of support/leave_swaps.cpp.
#pragma once

struct GLFWwindow;

// longjmp-before, longjmp-after, throw-before, throw-after: how, and whether before or after the real swap. False for another name.
bool swap_and_leave(const char* way, GLFWwindow* window);
