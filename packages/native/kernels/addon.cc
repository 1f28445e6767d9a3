// The addon: { version, contract, checked, levels, arities, attach(level, bytes) }.
#include <string.h>

#include "checked.h"
#include "names.h"
#include "processor.h"

namespace dl {

#ifdef DL_CHECKED
thread_local Bounds bounds;
thread_local size_t limit;

static napi_value setLimit(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value value;
  double bytes = 0;
  napi_get_cb_info(env, info, &count, &value, nullptr, nullptr);
  napi_get_value_double(env, value, &bytes);
  limit = (size_t)bytes;
  return nullptr;
}
#endif

static void put(napi_env env, napi_value object, const char *name, napi_value value) {
  napi_set_named_property(env, object, name, value);
}

static napi_value text(napi_env env, const char *characters) {
  napi_value value;
  napi_create_string_utf8(env, characters, NAPI_AUTO_LENGTH, &value);
  return value;
}

static napi_value number(napi_env env, int x) {
  napi_value value;
  napi_create_int32(env, x, &value);
  return value;
}

static napi_value refuse(napi_env env, const char *reason) {
  napi_throw_type_error(env, nullptr, reason);
  return nullptr;
}

/** attach(level, bytes): the kernels of a level on the memory that this Uint8Array spans. */
static napi_value attach(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value values[2], kernels;
  napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  char name[16];
  size_t length;
  if (napi_get_value_string_utf8(env, values[0], name, sizeof name, &length) != napi_ok) return refuse(env, "no level");
  void *base = nullptr;
  if (napi_get_typedarray_info(env, values[1], nullptr, &length, &base, nullptr, nullptr) != napi_ok || base == nullptr) {
    return refuse(env, "no memory");
  }
  const Level *levels[2];
  const int known = levelsOf(levels);
  for (int i = 0; i < known; i++) {
    if (strcmp(levels[i]->name, name) != 0) continue;
    napi_create_object(env, &kernels);
    for (int k = 0; k < levels[i]->count; k++) {
      const Kernel &kernel = levels[i]->kernels[k];
      napi_value call;
      napi_create_function(env, kernel.name, NAPI_AUTO_LENGTH, kernel.call, base, &call);
      put(env, kernels, kernel.name, call);
    }
    return kernels;
  }
  return refuse(env, "not a level of this processor");
}

static napi_value describe(napi_env env, napi_value exports) {
  const Level *levels[2];
  const int known = levelsOf(levels);
  napi_value names, arities, call, checked;
  napi_create_array(env, &names);
  napi_create_object(env, &arities);
  for (int i = 0; i < known; i++) napi_set_element(env, names, i, text(env, levels[i]->name));
  for (int k = 0; known > 0 && k < levels[0]->count; k++) {
    put(env, arities, levels[0]->kernels[k].name, number(env, levels[0]->kernels[k].arity));
  }
#ifdef DL_CHECKED
  napi_create_function(env, "setLimit", NAPI_AUTO_LENGTH, setLimit, nullptr, &call);
  put(env, exports, "setLimit", call);
  napi_get_boolean(env, true, &checked);
#else
  napi_get_boolean(env, false, &checked);
#endif
  put(env, exports, "version", text(env, DL_VERSION));
  put(env, exports, "contract", number(env, DL_CONTRACT));
  put(env, exports, "checked", checked);
  put(env, exports, "levels", names);
  put(env, exports, "arities", arities);
  napi_create_function(env, "attach", NAPI_AUTO_LENGTH, attach, nullptr, &call);
  put(env, exports, "attach", call);
  return exports;
}

}  // namespace dl

NAPI_MODULE_INIT() { return dl::describe(env, exports); }
