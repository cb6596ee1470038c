// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.concurrent.CompletableFuture;

/** Foreign calls on threads of their own, which are late when a test says so, and not because a machine is slow. */
final class ScriptedCalls implements ForeignCalls {
    private volatile CompletableFuture<Void> late = new CompletableFuture<>();

    /** The call under way is late. */
    void giveUp() {
        late.complete(null);
    }

    @Override
    public boolean run(String name, Runnable call, long limitNanos) {
        CompletableFuture<Void> givenUp = late;
        var over = new CompletableFuture<Void>();
        Thread thread = Thread.ofPlatform().daemon().name(name).start(() -> {
            call.run();
            over.complete(null);
        });
        CompletableFuture.anyOf(over, givenUp).join();
        if (!over.isDone()) {
            late = new CompletableFuture<>();
            thread.interrupt();
            return false;
        }
        return true;
    }
}
