// SPDX-License-Identifier: Apache-2.0
/**
 * A right backend on the small machine, and what makes it a wrong one.
 */
package org.cloister.tck.sample.internal;
