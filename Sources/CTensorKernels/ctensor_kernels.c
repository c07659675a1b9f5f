#include "ctensor_kernels.h"
