// Kernels of the CPU backend, with a Swift twin each.
#pragma once
#include <stdint.h>
