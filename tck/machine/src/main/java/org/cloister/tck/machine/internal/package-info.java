// SPDX-License-Identifier: Apache-2.0
/**
 * The small machine.
 */
package org.cloister.tck.machine.internal;
