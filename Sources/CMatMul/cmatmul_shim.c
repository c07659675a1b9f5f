#include "cmatmul_shim.h"
