// SPDX-License-Identifier: Apache-2.0
/**
 * Attacks on the memory that protected video passes through, made by those who must not touch it.
 */
package org.cloister.player.probe.internal;
