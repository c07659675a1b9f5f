// Matrix products from oneDNN or OpenBLAS, opened at run time.
#pragma once
#include <stdint.h>
