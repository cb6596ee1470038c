// SPDX-License-Identifier: Apache-2.0
/**
 * OP-TEE as the normal world reaches it: two interfaces, one way to send messages.
 *
 * <pre>
 *   Driver ── Messages ── Message ──┐
 *     │                             ├── Transport: FfaTransport ── FfaCalls ──┐
 *     │                             │              SmcTransport ──────────────┼── SmcConduit
 *     └── Lending: FfaLending, SmcLending                                     ┘
 * </pre>
 */
package org.cloister.backend.optee.abi.internal;
