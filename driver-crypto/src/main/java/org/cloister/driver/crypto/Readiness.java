// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.crypto;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Whether the heap is there that keys are kept in.
 *
 * @param heap the name of the heap that it is configured for
 * @param ready whether that heap can serve allocations now
 * @param text for people: {@code "ready"}, or what it waits for and why that is not there
 */
@ProviderType
public record Readiness(String heap, boolean ready, String text) {}
