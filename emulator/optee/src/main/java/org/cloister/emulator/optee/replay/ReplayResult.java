// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.replay;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What a replay came to.
 *
 * @param calls how many calls were made
 * @param differences how many of them got another answer than the recorded one
 */
@ProviderType
public record ReplayResult(int calls, int differences) {
}
