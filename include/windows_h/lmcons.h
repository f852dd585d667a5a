#pragma once

// The longest names, without their null.
#define CNLEN 15
#define UNLEN 256
