package io.netsvc;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.netsvc.linux.Timers;
import java.util.Set;

/** Which package of this module may use what. */
@AnalyzeClasses(packages = "io.netsvc", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  /** The methods of JDK 25 that need --enable-native-access. */
  private static final Set<String> RESTRICTED =
      Set.of(
          "java.lang.foreign.Linker.downcallHandle",
          "java.lang.foreign.Linker.upcallStub",
          "java.lang.foreign.MemorySegment.reinterpret",
          "java.lang.foreign.SymbolLookup.libraryLookup",
          "java.lang.foreign.AddressLayout.withTargetLayout",
          "java.lang.ModuleLayer$Controller.enableNativeAccess",
          "java.lang.System.load",
          "java.lang.System.loadLibrary",
          "java.lang.Runtime.load",
          "java.lang.Runtime.loadLibrary");

  @ArchTest
  static final ArchRule only_libc_makes_restricted_calls =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.netsvc.linux.Libc")
          .should()
          .accessTargetWhere(
              DescribedPredicate.describe(
                  "is restricted",
                  (JavaAccess<?> access) ->
                      RESTRICTED.contains(
                          access.getTargetOwner().getName() + '.' + access.getTarget().getName())));

  @ArchTest
  static final ArchRule native_memory_stays_in_linux =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.netsvc.linux")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("java.lang.foreign..");

  @ArchTest
  static final ArchRule linux_stands_below_all =
      noClasses()
          .that()
          .resideInAPackage("io.netsvc.linux")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.netsvc.net..", "io.netsvc.process..");

  @ArchTest
  static final ArchRule net_stands_below_process =
      noClasses()
          .that()
          .resideInAPackage("io.netsvc.net")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.netsvc.process..");

  @ArchTest
  static final ArchRule endpoint_and_fault_stand_above_all =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.netsvc.endpoint", "io.netsvc.fault")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.netsvc.endpoint..", "io.netsvc.fault..");

  @ArchTest
  static final ArchRule endpoint_knows_no_faults =
      noClasses()
          .that()
          .resideInAPackage("io.netsvc.endpoint")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.netsvc.fault..");

  @ArchTest
  static final ArchRule nio_needs_nothing_native =
      noClasses()
          .that()
          .haveSimpleNameStartingWith("Nio")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.netsvc.linux..")
                  .and(not(belongToAnyOf(Timers.class))) // plain Java, which both loops use
                  .as("are native"));

  /** A JVM may lack the module. */
  @ArchTest
  static final ArchRule only_events_know_the_flight_recorder =
      noClasses()
          .that()
          .haveSimpleNameNotEndingWith("Event")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jdk.jfr..");

  @ArchTest
  static final ArchRule only_flight_knows_the_events =
      noClasses()
          .that()
          .haveSimpleNameNotEndingWith("Event")
          .and()
          .doNotHaveSimpleName("Flight")
          .should()
          .dependOnClassesThat()
          .areAssignableTo("jdk.jfr.Event");

  @ArchTest
  static final ArchRule nothing_but_the_jdk_and_slf4j =
      classes()
          .should()
          .onlyDependOnClassesThat(
              resideInAPackage("io.netsvc..")
                  .or(resideInAPackage("java.."))
                  .or(resideInAPackage("javax.net.ssl"))
                  .or(resideInAPackage("javax.security.auth.x500"))
                  .or(resideInAPackage("jdk.jfr"))
                  .or(resideInAPackage("org.slf4j.."))
                  .or(resideInAPackage("org.jspecify..")));
}
