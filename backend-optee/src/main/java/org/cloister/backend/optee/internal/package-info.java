// SPDX-License-Identifier: Apache-2.0
/**
 * The OP-TEE backend.
 */
package org.cloister.backend.optee.internal;
