// The loops around bfloat16 for any machine.
#include <math.h>
#include <string.h>

#include "ctensor_narrow.h"

#define CTENSOR_TABLE ctensor_narrow_scalar
#include "ctensor_narrow_body.h"
