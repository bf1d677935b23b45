#include "capture/core/gl_functions.h"
