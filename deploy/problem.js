'use strict';

/** What is expected to go wrong: a person reads its message, and no stack of this program's. */

class Problem extends Error {}

module.exports = { Problem };
