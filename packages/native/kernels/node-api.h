// Node-API is stable: one binary serves every Node from 20 on.
#pragma once
#define NAPI_VERSION 8
#include <node_api.h>
