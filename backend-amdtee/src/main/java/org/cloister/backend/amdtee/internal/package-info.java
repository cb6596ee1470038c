// SPDX-License-Identifier: Apache-2.0
/**
 * The normal-world driver of AMD's secure processor: pools that an application of it protects, and sessions.
 *
 * <p>What the device tree tells is read from the enabled child of {@code /firmware} that is compatible with
 * {@code cloister,psp}; its children are use cases, see {@link org.cloister.platform.dt.UseCaseBinding}.
 */
package org.cloister.backend.amdtee.internal;
