// SPDX-License-Identifier: Apache-2.0
/** Managed beans of heaps: two interfaces that say what is told, and a component that registers beans as heaps come. */
package org.cloister.console.jmx.internal;
