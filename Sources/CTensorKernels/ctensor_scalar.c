// The kernels for any machine.
#include <math.h>
#include <string.h>

#include "ctensor_kernels.h"

#define CTENSOR_TABLE ctensor_kernels_scalar
#include "ctensor_body.h"
