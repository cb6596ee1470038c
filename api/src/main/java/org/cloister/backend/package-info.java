// SPDX-License-Identifier: Apache-2.0
/**
 * What a backend implements to serve heaps: the service provider interface.
 *
 * <p>A backend registers one {@link org.cloister.backend.HeapBackend} service. Core asks it which heaps it
 * {@linkplain org.cloister.backend.HeapBackend#offers() offers}, opens a {@link org.cloister.backend.Pool} when the
 * backend is chosen for a heap, and allocates from the pool. Names, references, ownership, fences, attachments, drain
 * and revocation are core's business; a backend deals in physical memory only.
 *
 * <pre>{@code
 * @ProvidesBackend("acme")
 * @Component
 * public class AcmeBackend implements HeapBackend {
 *     public String id() { return "acme"; }
 *     public List<PoolOffer> offers() { return List.of(PoolOffer.serve(UseCase.SECURE_VIDEO)); }
 *     public Pool open(PoolOffer offer) { return new StaticPool(...); }
 * }
 * }</pre>
 *
 * <p><b>Who wins.</b> When several backends offer the same heap, the configuration of core decides, else the highest
 * {@code service.ranking}, else the oldest service.
 *
 * <p><b>Failure.</b> Core expects the worst: what a backend throws becomes {@code BACKEND_FAILED} for the caller
 * (unless it is a {@link org.cloister.heap.HeapException}, which is passed on), a call that does not return is
 * abandoned by interrupting it, and a backend that breaks the contract is replaced. So do not swallow interrupts.
 *
 * <p><b>What a backend can do</b> it declares, and is held to: in the {@linkplain org.cloister.backend.Pool#attributes()
 * attributes} of its pools, and in {@link org.cloister.backend.ProvidesBackend}. Where it declares that it cannot, it
 * refuses as documented: CPU access with {@code CPU_ACCESS_DENIED}, use by a trusted OS with {@code NOT_SUPPORTED}.
 *
 * <p><b>Versions.</b> {@link org.cloister.backend.HeapBackend}, {@link org.cloister.backend.Pool} and what they return
 * are consumer types: a backend imports {@code [1.0,2)} and keeps working with every 1.x core. Methods that are added
 * later have defaults. An alternative core imports {@code [1.0,1.1)}.
 */
@Export
@Version("1.0.0")
package org.cloister.backend;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
