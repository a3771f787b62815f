#include "espalier_kernels.h"
