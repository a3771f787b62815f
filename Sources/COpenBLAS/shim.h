// OpenBLAS: cblas.h brings the products and OpenBLAS's own controls (threads, core name).
// Debian's OpenBLAS has no LAPACKE inside, so liblapacke is linked beside it.
#pragma once
#include <cblas.h>
#include <lapacke.h>
