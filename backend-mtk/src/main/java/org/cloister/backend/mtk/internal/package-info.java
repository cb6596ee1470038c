// SPDX-License-Identifier: Apache-2.0
/**
 * Restricted heaps of MediaTek's memory application, in whatever trusted OS there is a {@link org.cloister.tee.Tee} for.
 *
 * <p>The device tree tells of the memory, below {@code /reserved-memory}:
 *
 * <pre>{@code
 * restricted-cma@80000000 {                  // heap restricted_mtk_cma: handed over in blocks while it is in use
 *     compatible = "mediatek,dynamic-restricted-region", "shared-dma-pool";
 *     reg = <0x0 0x80000000 0x0 0x18000000>;
 *     reusable;
 * };
 * restricted-cm@a0000000 {                   // heap restricted_mtk_cm: protected at boot
 *     compatible = "mediatek,restricted-region";
 *     reg = <0x0 0xa0000000 0x0 0x8000000>;
 *     no-map;
 *     cloister,grants = "secure:rw", "video-decoder:rw", "display:r";
 * };
 * }</pre>
 *
 * <p>Whom handed-over memory is granted is told by the child of a firmware's node whose {@code cloister,use-case-id} is
 * that of protected video. What the tree does not tell is unknown, and no reason not to serve.
 */
package org.cloister.backend.mtk.internal;
