// SPDX-License-Identifier: Apache-2.0
/** Sessions with OP-TEE's trusted applications, one {@link org.cloister.tee.Tee} for each bundle. */
package org.cloister.backend.optee.tee.internal;
