/* require.h - REQUIRE for programs that tests run: Catch2 has a macro of that name for the tests themselves.
 */
#ifndef THRUM_TEST_SUPPORT_REQUIRE_H
#define THRUM_TEST_SUPPORT_REQUIRE_H

#include "support/program.h"

/* Ends the process where the condition does not hold. */
#define REQUIRE(condition) require((condition) != 0, __LINE__, #condition)

#endif
