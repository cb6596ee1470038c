// SPDX-License-Identifier: Apache-2.0
package org.cloister.launcher.internal;

import java.util.Collection;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * The content of a test's bundle: a main service that returns the number of its arguments and a property's value, or
 * waits for its end.
 */
public final class Program implements BundleActivator, Callable<Integer> {
    /** The argument that makes it say so on standard error, and wait. */
    static final String WAIT = "waiting";

    private BundleContext context;

    @Override
    public void start(BundleContext started) {
        context = started;
        context.registerService(Callable.class, this, new Hashtable<>(Map.of("main.thread", "true")));
    }

    @Override
    public void stop(BundleContext stopped) {
        context = null;
    }

    @Override
    public Integer call() throws InvalidSyntaxException, InterruptedException {
        Collection<ServiceReference<Object>> launchers =
                context.getServiceReferences(Object.class, "(&(launcher.arguments=*)(launcher.ready=true))");
        String[] arguments = (String[]) launchers.iterator().next().getProperty("launcher.arguments");
        if (arguments.length == 0) {
            throw new IllegalArgumentException("no arguments");
        }
        if (arguments[0].equals(WAIT)) {
            System.err.println(WAIT);
            new CountDownLatch(1).await();
        }
        return arguments.length + Integer.parseInt(context.getProperty("program.bias"));
    }
}
