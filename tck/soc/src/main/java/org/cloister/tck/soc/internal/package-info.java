// SPDX-License-Identifier: Apache-2.0
/**
 * The laboratory of the TCK on emulated boards: nothing here is needed where real hardware is tested.
 */
package org.cloister.tck.soc.internal;
