// All kernels for one level. This file is compiled once for each, with its instructions and its name
// as DL_LEVEL.
#include "names.h"

#include "bind.h"
#include "compare.h"
#include "conv-filter-grad.h"
#include "conv.h"
#include "depthwise.h"
#include "dropout.h"
#include "elementwise.h"
#include "gemm-few-rows.h"
#include "gemm.h"
#include "layout.h"
#include "loss.h"
#include "norm.h"
#include "optim.h"
#include "pool.h"
#include "recurrent.h"
#include "reduce.h"
#include "roof.h"

namespace dl {
namespace DL_LEVEL {

#define DL_KERNEL(name) {#name, Bound<decltype(&name)>::ARITY, Bound<decltype(&name)>::run<&name>},
static const Kernel TABLE[] = {DL_KERNELS(DL_KERNEL)};

}  // namespace DL_LEVEL

#define DL_JOIN_(a, b) a##b
#define DL_JOIN(a, b) DL_JOIN_(a, b)
#define DL_TEXT_(a) #a
#define DL_TEXT(a) DL_TEXT_(a)
const Level DL_JOIN(DL_LEVEL, Level) = {DL_TEXT(DL_LEVEL), DL_LEVEL::TABLE, sizeof DL_LEVEL::TABLE / sizeof(Kernel)};

}  // namespace dl
