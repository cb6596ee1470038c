// SPDX-License-Identifier: Apache-2.0
/**
 * The implementation of the consumer API; nothing here is exported.
 */
package org.cloister.core.internal;
