// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.Optional;
import java.util.function.Consumer;
import org.cloister.platform.ContiguousArea;
import org.cloister.pool.Tenant;

/**
 * One instance of the memory application, with all that it holds for this backend.
 *
 * @param link the way to it
 * @param buffers of the current numbering
 * @param loans of the legacy numbering
 * @param regions of single devices; empty without memory that can be handed over
 */
record Application(TaLink link, TaBuffers buffers, TaLoans loans, Optional<TaRegions> regions) {
    /**
     * Opens no session yet.
     *
     * @param tenant this driver, among those that may have the application
     * @param idle how long blocks without buffers are kept
     * @param onDeath told once, with the reason, that all is lost
     */
    static Application of(TaSession session, Tenant tenant, Binding binding, Optional<ContiguousArea> area, IdleTime idle,
            Consumer<String> onDeath) {
        var link = new TaLink(session, tenant, onDeath);
        Optional<Blocks> blocks = area.map(Blocks::new);
        Optional<TaRegions> regions = blocks.map(known -> new TaRegions(link, known, binding.devices()));
        var buffers = new TaBuffers(link, binding.carveOut(), blocks, idle, () -> regions.map(TaRegions::size).orElse(0));
        return new Application(link, buffers, new TaLoans(link), regions);
    }

    /** Tells whether it was restarted, so that nothing here is good any more. */
    boolean isDead() {
        return link.isDead();
    }
}
