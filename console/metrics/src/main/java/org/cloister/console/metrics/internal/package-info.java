// SPDX-License-Identifier: Apache-2.0
/** Metrics of heaps, in whatever registry of Micrometer there is, and for Prometheus. */
package org.cloister.console.metrics.internal;
