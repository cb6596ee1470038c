// SPDX-License-Identifier: Apache-2.0
/** The commands, as components that Gogo finds, and one class for each that picocli reads. */
package org.cloister.console.gogo.internal;
