// SPDX-License-Identifier: Apache-2.0
/**
 * The video codec driver itself.
 */
package org.cloister.driver.codec.internal;
