// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What the GPU can do now.
 *
 * @param mode the mode of the GPU
 * @param protectedMode whether protected groups can be created
 * @param text for people: {@code "ready"}, or what protected mode waits for and why that is not there
 */
@ProviderType
public record Readiness(GpuMode mode, boolean protectedMode, String text) {}
