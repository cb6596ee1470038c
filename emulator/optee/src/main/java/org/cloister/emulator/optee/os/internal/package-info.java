// SPDX-License-Identifier: Apache-2.0
/**
 * OP-TEE proper: memory it knows, its threads, its messages, its trusted applications.
 */
package org.cloister.emulator.optee.os.internal;
