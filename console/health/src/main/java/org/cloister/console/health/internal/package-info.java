// SPDX-License-Identifier: Apache-2.0
/** Health checks, one class each, and the conditions that say which heaps are there. */
package org.cloister.console.health.internal;
