// SPDX-License-Identifier: Apache-2.0
package org.cloister.launcher.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * One framework from start to stop. The protocol to the command line is that of bnd's launcher, so that the same
 * bundles run under both: a service with {@code launcher.arguments} and {@code launcher.ready} appears when all bundles
 * are started; then a {@link Callable} with {@code main.thread=true} is called on the main thread.
 *
 * <p>{@link #close} may be called by any thread, at any time, more than once.
 */
final class RunningFramework implements AutoCloseable {
    private static final String ARGUMENTS = "launcher.arguments";
    private static final String READY = "launcher.ready";
    private static final String MAIN = "(main.thread=true)";
    private static final long STOP_MILLIS = 10_000;

    private final LaunchFolder folder;
    private final Path storage;
    private final Framework framework;
    private final Lock life = new ReentrantLock(); // held while it starts or stops
    private volatile boolean closing;

    /**
     * Makes a framework of the first implementation on the class path.
     *
     * @param storage an empty directory that becomes the framework's; deleted by {@link #close}
     */
    RunningFramework(LaunchFolder folder, Path storage) throws LaunchException {
        this.folder = folder;
        this.storage = storage;
        Map<String, String> properties = new HashMap<>(folder.properties());
        properties.put(Constants.FRAMEWORK_STORAGE, storage.toString());
        properties.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        this.framework = ServiceLoader.load(FrameworkFactory.class, Launcher.class.getClassLoader()).findFirst()
                .orElseThrow(() -> new LaunchException("no OSGi framework is on the class path"))
                .newFramework(properties);
    }

    /** Starts the framework and all bundles, then announces the arguments. */
    void start(String... args) throws LaunchException {
        life.lock();
        try {
            goOn();
            framework.init();
            BundleContext context = framework.getBundleContext();
            List<Bundle> bundles = new ArrayList<>();
            for (Path bundle : folder.bundles()) {
                bundles.add(context.installBundle("reference:" + bundle.toUri()));
            }
            framework.start();
            framework.adapt(FrameworkWiring.class).resolveBundles(bundles); // at once: one by one costs more
            for (Bundle bundle : bundles) {
                if (bundle.getHeaders("").get(Constants.FRAGMENT_HOST) == null) {
                    goOn();
                    bundle.start(Bundle.START_ACTIVATION_POLICY);
                }
            }
            Dictionary<String, Object> announcement = new Hashtable<>();
            announcement.put(ARGUMENTS, args);
            announcement.put(READY, "true");
            context.registerService(Object.class, this, announcement);
        } catch (BundleException e) {
            throw new LaunchException(String.valueOf(e.getMessage()).replaceAll("\\s*[\\r\\n]+\\s*", " "), e);
        } finally {
            life.unlock();
        }
    }

    private void goOn() throws LaunchException {
        if (closing) {
            throw new LaunchException("it is stopped");
        }
    }

    /**
     * Calls the main service on this thread.
     *
     * @return what it returned, as an exit status
     * @throws LaunchException when there is none, or it throws
     */
    int callMain() throws LaunchException {
        Callable<?> main = main();
        try {
            return main.call() instanceof Integer status ? status : 0;
        } catch (Exception e) {
            throw new LaunchException("the command line failed: " + e, e);
        }
    }

    private Callable<?> main() throws LaunchException {
        life.lock(); // a component that starts as the framework stops would complain
        try {
            goOn();
            BundleContext context = framework.getBundleContext();
            ServiceReference<Callable<?>> reference = mains(context).stream().max(Comparator.naturalOrder())
                    .orElseThrow(() -> new LaunchException("there is no command line among the bundles"));
            Callable<?> main = context.getService(reference);
            if (main == null) {
                throw new LaunchException("the command line does not start");
            }
            return main;
        } finally {
            life.unlock();
        }
    }

    @SuppressWarnings("unchecked")
    private static Collection<ServiceReference<Callable<?>>> mains(BundleContext context) {
        try {
            return (Collection<ServiceReference<Callable<?>>>) (Collection<?>)
                    context.getServiceReferences(Callable.class, MAIN);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for the bundle that is being started, if one is, as a framework that stops meanwhile stops in disorder. */
    @Override
    public void close() {
        closing = true;
        try {
            boolean owned = life.tryLock(STOP_MILLIS, TimeUnit.MILLISECONDS);
            try {
                framework.stop();
                framework.waitForStop(STOP_MILLIS);
            } finally {
                if (owned) {
                    life.unlock();
                }
            }
        } catch (BundleException e) {
            System.err.println("cloister: the framework did not stop in order: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        deleteStorage(storage);
    }

    /** Deletes a framework's storage, which may be gone. */
    static void deleteStorage(Path storage) {
        try {
            Trees.delete(storage);
        } catch (IOException e) {
            System.err.printf("cloister: cannot delete the temporary directory %s: %s; delete it by hand%n",
                    storage, e);
        }
    }
}
