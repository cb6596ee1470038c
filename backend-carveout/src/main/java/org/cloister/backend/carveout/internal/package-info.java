// SPDX-License-Identifier: Apache-2.0
/**
 * The static carve-out backend.
 */
package org.cloister.backend.carveout.internal;
