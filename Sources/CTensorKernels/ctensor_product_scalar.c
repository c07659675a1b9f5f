// The product of float32 matrices for any machine.
#include <string.h>

#include "ctensor_product.h"

#define CTENSOR_PRODUCT ctensor_product_scalar
#include "ctensor_product_body.h"
