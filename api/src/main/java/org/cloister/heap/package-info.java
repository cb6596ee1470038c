// SPDX-License-Identifier: Apache-2.0
/**
 * Heaps of memory that only chosen hardware may touch, and the dma-bufs allocated from them: what users of memory see.
 *
 * <p>A bundle obtains {@link org.cloister.heap.Heaps} as a service and looks a {@link org.cloister.heap.Heap} up by
 * name, or lets Declarative Services wait for the one it needs:
 *
 * <pre>{@code
 * @Reference(target = "(&(heap.name=protected,secure-video)(heap.available=true))")
 * Heap video;
 * ...
 * try (DmaBuf frame = video.allocate(1 << 20)) { ... }
 * }</pre>
 *
 * <p>Both services are bundle-scoped: each bundle gets an object of its own, so that every buffer has an owner without
 * anybody naming it. When a bundle stops, what it left open is released and reported as a leak.
 *
 * <p>What enforces the restriction is a backend, which may be replaced at any time. Heaps outlive their backends; see
 * {@link org.cloister.heap.Heap} for what its users notice, which is nothing in the best case.
 *
 * <p><b>Versions.</b> All types here are implemented by the framework only. Consumers import {@code [1.0,2)}; whoever
 * implements a provider type of this package (an alternative core) imports {@code [1.0,1.1)}. bnd derives both.
 */
@Export
@Version("1.0.0")
package org.cloister.heap;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
