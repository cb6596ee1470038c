// SPDX-License-Identifier: Apache-2.0
/** Sessions with applications of the secure processor, one {@link org.cloister.tee.Tee} for each bundle. */
package org.cloister.backend.amdtee.tee.internal;
