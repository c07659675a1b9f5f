#define _GNU_SOURCE
#include "file_flags.h"

#include <fcntl.h>

const int akshara_open_direct = O_DIRECT;
