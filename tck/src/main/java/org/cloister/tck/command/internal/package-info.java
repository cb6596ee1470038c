// SPDX-License-Identifier: Apache-2.0
/**
 * The suite as a command: a jar and a configuration go in, reports come out.
 */
package org.cloister.tck.command.internal;
